# Swift's own toolchain for Debian 12, as swift.org builds it: nixpkgs' Swift is older than the language that the program is
# written in. What is made with it is "built from the upstream binary toolchain".
{
  lib,
  stdenv,
  fetchurl,
  autoPatchelfHook,
  curl,
  libedit,
  libuuid,
  libxml2,
  ncurses,
  python3,
  sqlite,
  zlib,
}:
stdenv.mkDerivation rec {
  pname = "swift-toolchain";
  version = "6.3.1";

  src = fetchurl {
    url = "https://download.swift.org/swift-${version}-release/debian12/swift-${version}-RELEASE/swift-${version}-RELEASE-debian12.tar.gz";
    sha256 = "5b234de265eefebbd9880c5bb100448dd0de7edd0e77b39cf7e695fc9c0660c8";
  };

  nativeBuildInputs = [ autoPatchelfHook ];
  buildInputs = [
    stdenv.cc.cc.lib
    curl
    libedit
    libuuid
    libxml2
    ncurses
    python3
    sqlite
    zlib
  ];
  # LLDB's Python is another one than nixpkgs', and nothing here is debugged.
  autoPatchelfIgnoreMissingDeps = [ "libpython3*" ];

  installPhase = ''
    mkdir -p $out
    cp -r usr/* $out/
  '';

  meta = {
    description = "The Swift toolchain, as swift.org builds it";
    platforms = [ "x86_64-linux" ];
    license = lib.licenses.asl20;
  };
}
