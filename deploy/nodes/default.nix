# One inventory, two doors: nixos-anywhere installs `configurations`, Colmena keeps `hive` up to date.
{
  inputs,
  lib,
  inventory,
}:
let
  roles = {
    control-plane = ./control-plane.nix;
    worker = ./worker.nix;
  };

  modules = node: [
    inputs.disko.nixosModules.disko
    inputs.sops-nix.nixosModules.sops
    ./options.nix
    ./common.nix
    ./hardening.nix
    ./disk.nix
    roles.${node.role}
    {
      openclaw = { inherit node inventory; };
      nixpkgs.hostPlatform = node.system;
    }
  ];
in
{
  configurations = lib.listToAttrs (
    map (
      node:
      lib.nameValuePair node.name (lib.nixosSystem {
        system = node.system;
        modules = modules node;
      })
    ) inventory.nodes
  );

  hive = {
    meta.nixpkgs = import inputs.nixpkgs { system = "x86_64-linux"; };
    meta.nodeNixpkgs = lib.listToAttrs (
      map (node: lib.nameValuePair node.name (import inputs.nixpkgs { inherit (node) system; })) inventory.nodes
    );
  }
  // lib.listToAttrs (
    map (
      node:
      lib.nameValuePair node.name {
        imports = modules node;
        deployment = {
          targetHost = node.address;
          targetUser = "root";
          tags = [ node.role ];
        };
      }
    ) inventory.nodes
  );
}
