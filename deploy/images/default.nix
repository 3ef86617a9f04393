# Images without Dockerfiles. The agents' image isn't among them: it is the official one, by AGENT_IMAGE.
{
  lib,
  pkgs,
  nix2container,
  program,
}:
let
  users = pkgs.runCommand "users" { } ''
    mkdir -p $out/etc
    echo 'root:x:0:0:root:/root:/bin/false' >$out/etc/passwd
    echo 'node:x:1000:1000:node:/home/node:/bin/false' >>$out/etc/passwd
    printf 'root:x:0:\nnode:x:1000:\n' >$out/etc/group
    echo 'hosts: files dns' >$out/etc/nsswitch.conf
  '';
in
{
  # Every service of the platform: the subcommand says which.
  program = nix2container.buildImage {
    name = "openclaw-cloud";
    maxLayers = 20;
    copyToRoot = [
      users
      (pkgs.buildEnv {
        name = "root";
        paths = [ program ];
        pathsToLink = [ "/bin" ];
      })
    ];
    config = {
      entrypoint = [ (lib.getExe program) ];
      user = "1000:1000";
      env = [
        "PATH=/bin"
        "SSL_CERT_FILE=${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt"
      ];
    };
  };
}
