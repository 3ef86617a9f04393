# What a node knows of itself and of the cluster.
{ lib, ... }:
{
  options.openclaw = {
    node = lib.mkOption {
      type = lib.types.submodule {
        freeformType = lib.types.attrs;
        options = {
          name = lib.mkOption { type = lib.types.str; };
          role = lib.mkOption {
            type = lib.types.enum [
              "control-plane"
              "worker"
            ];
          };
          privateAddress = lib.mkOption { type = lib.types.str; };
          interface = lib.mkOption {
            type = lib.types.str;
            default = "enp7s0";
            description = "The one on the private network: ens10 on Hetzner's older types.";
          };
          disk = lib.mkOption {
            type = lib.types.str;
            default = "/dev/sda";
          };
        };
      };
      description = "This node's entry of the inventory.";
    };
    inventory = lib.mkOption {
      type = lib.types.attrs;
      description = "The whole inventory.";
    };
  };
}
