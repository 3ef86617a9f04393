# K3s as an agent: where the platform and the customers' agents run.
{ config, ... }:
let
  inherit (config.openclaw) inventory;
in
{
  services.k3s = {
    role = "agent";
    serverAddr = "https://${inventory.first.privateAddress}:6443";
    nodeLabel = [ "openclaw.cloud/agents=true" ];
  };
}
