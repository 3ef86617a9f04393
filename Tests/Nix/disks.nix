# deploy/nodes/disk.nix through the real types of disko, for each node of the example.
{ inputs }:
let
  lib = import (inputs + "/nixpkgs.lib/lib");
  diskoLib = import (inputs + "/disko/lib") {
    inherit lib;
    makeTest = null;
    eval-config = null;
    qemu-common = null;
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
        ../../deploy/nodes/disk.nix
        {
          options.disko.devices = lib.mkOption { type = diskoLib.toplevel; };
          options.boot = lib.mkOption { type = lib.types.anything; };
          config.openclaw = { inherit node inventory; };
        }
      ];
    }).config.disko.devices.disk.main;
  summary = disk: {
    inherit (disk) device;
    partitions = lib.mapAttrs (_: partition: { inherit (partition) size type; }) disk.content.partitions;
    mounts = lib.mapAttrsToList (_: partition: partition.content.mountpoint or null) disk.content.partitions;
  };
in
lib.listToAttrs (map (node: lib.nameValuePair node.name (summary (evaluated node))) inventory.nodes)
