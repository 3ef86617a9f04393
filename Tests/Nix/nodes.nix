# Each node's own modules, for the example's inventory. NixOS' options aren't there, so that names and types of what is set aren't
# checked; what is set, and how the modules fit together, is.
{ inputs }:
let
  lib = import (inputs + "/nixpkgs.lib/lib");
  pkgs = {
    formats.yaml = _: { generate = name: value: "/nix/store/${name}"; };
    wireguard-tools = "wireguard-tools";
  };
  # The options that several modules add to, as NixOS types them.
  lists =
    let
      list =
        type:
        lib.mkOption {
          type = lib.types.listOf type;
          default = [ ];
        };
    in
    {
      options.networking.firewall.interfaces = lib.mkOption {
        type = lib.types.attrsOf (
          lib.types.submodule {
            options.allowedTCPPorts = list lib.types.port;
            options.allowedUDPPorts = list lib.types.port;
          }
        );
      };
      options.services.k3s = lib.mkOption {
        type = lib.types.submodule {
          freeformType = lib.types.attrsOf lib.types.anything;
          options.extraFlags = list lib.types.str;
        };
      };
    };
  inventory = import ../../deploy/nodes/inventory.nix {
    inherit lib;
    folder = ./example;
  };
  evaluated =
    node:
    (lib.evalModules {
      modules = [
        ../../deploy/nodes/options.nix
        ../../deploy/nodes/common.nix
        ../../deploy/nodes/hardening.nix
        (../../deploy/nodes + "/${node.role}.nix")
        lists
        {
          _module.args = { inherit pkgs; };
          _module.freeformType = lib.types.attrsOf lib.types.anything;
          openclaw = { inherit node inventory; };
          # What sops-nix would say.
          sops.secrets.k3s-token.path = "/run/secrets/k3s-token";
          sops.secrets.etcd-s3.path = "/run/secrets/etcd-s3";
        }
      ];
    }).config;
  summary = config: {
    inherit (config.networking) hostName firewall;
    inherit (config.services) k3s openssh;
    keys = config.users.users.root.openssh.authorizedKeys.keys;
    sysctl = config.boot.kernel.sysctl;
  };
in
lib.listToAttrs (map (node: lib.nameValuePair node.name (summary (evaluated node))) inventory.nodes)
