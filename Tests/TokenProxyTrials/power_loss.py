"""Makes a data directory look as if the machine had lost its power, and with it the youngest pages of each journal."""

import random
import uuid

#: Bytes of a slot. The first slot is the header, which names the boot of the machine that wrote the file.
_SLOT = 192
_BOOT_ID = slice(32, 68)


def lose_power(data, chance=random):
    """Changes the journals below `data`; only while no proxy runs. Returns how many slots were lost."""
    lost = 0
    boot = str(uuid.UUID(int=chance.getrandbits(128))).encode()
    for path in sorted((data / "journal").glob("*/*.journal")):
        with open(path, "r+b") as file:
            bytes_ = bytearray(file.read())
            if len(bytes_) < _SLOT or not any(bytes_[_BOOT_ID]):
                continue
            bytes_[_BOOT_ID] = boot
            # From the end, because the files are long and mostly empty.
            start = len(bytes_.rstrip(b"\0")) // _SLOT * _SLOT
            left = chance.randint(1, 30)
            while left and start >= _SLOT:
                if any(bytes_[start:start + _SLOT]):
                    bytes_[start:start + _SLOT] = bytes(len(bytes_[start:start + _SLOT]))
                    left -= 1
                    lost += 1
                start -= _SLOT
            file.seek(0)
            file.write(bytes_)
    return lost
