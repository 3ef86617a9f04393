# The toolchain, and what `make test` would otherwise install.
{ pkgs, colmena }:
pkgs.mkShell {
  packages = [
    (pkgs.callPackage ./images/toolchain.nix { })
    pkgs.age
    pkgs.chromedriver
    pkgs.chromium
    pkgs.gnumake
    pkgs.jq
    pkgs.kubectl
    pkgs.nginx
    pkgs.nixfmt-rfc-style
    pkgs.nixos-anywhere
    pkgs.pgbouncer
    pkgs.pkg-config
    pkgs.postgresql
    pkgs.prometheus
    pkgs.python3
    pkgs.redis
    pkgs.shellcheck
    pkgs.sops
    pkgs.ssh-to-age
    colmena
  ];
  buildInputs = [
    pkgs.libpq
    pkgs.sqlite
    pkgs.zlib
  ];
}
