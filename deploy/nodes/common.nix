# What every node has: the network, SSH by key, a firewall, K3s' shared part, memory settings for many mostly idle agents.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config.openclaw) node inventory;
in
{
  system.stateVersion = "26.05";
  networking.hostName = node.name;

  # SSH by key, for root alone; everything else about a node is in this repository.
  services.openssh = {
    enable = true;
    settings = {
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
      PermitRootLogin = "prohibit-password";
    };
  };
  users.mutableUsers = false;
  users.users.root.openssh.authorizedKeys.keys = inventory.sshKeys;

  # The public interface takes SSH and nothing of the cluster's. Hetzner's own firewall is before it, with the same rules.
  networking.firewall = {
    enable = true;
    allowedTCPPorts = [ 22 ];
    interfaces.${node.interface} = {
      # The kubelet, and what the load balancer passes on to Traefik.
      allowedTCPPorts = [
        10250
        80
        443
      ];
      # Flannel's WireGuard.
      allowedUDPPorts = [ 51820 ];
    };
    # Pods reach services by these.
    trustedInterfaces = [
      "cni0"
      "flannel-wg"
    ];
  };

  # Hetzner's private networks aren't encrypted.
  services.k3s = {
    enable = true;
    tokenFile = config.sops.secrets.k3s-token.path;
    nodeIP = node.privateAddress;
    extraFlags = [ "--flannel-iface=${node.interface}" ];
    gracefulNodeShutdown.enable = true;
    extraKubeletConfig = {
      # By the memory that an agent takes (docs/operations.md), not by the kubelet's 110.
      maxPods = inventory.kubernetes.maxPods;
      # Agents are idle most of the time, and what they don't use for hours may go to the swap.
      failSwapOn = false;
      memorySwap.swapBehavior = "LimitedSwap";
      systemReserved = {
        cpu = "200m";
        memory = "512Mi";
      };
      evictionHard."memory.available" = "256Mi";
    };
  };
  # After its keys: a node without the token would start a cluster of its own.
  systemd.services.k3s.after = [ "sops-install-secrets.service" ];

  zramSwap = {
    enable = true;
    memoryPercent = 50;
  };
  swapDevices = [
    {
      device = "/var/swapfile";
      size = 8 * 1024;
    }
  ];
  boot.kernel.sysctl = {
    "vm.swappiness" = 60;
    # Each agent watches a few files, and there are hundreds of agents.
    "fs.inotify.max_user_instances" = 8192;
    "fs.inotify.max_user_watches" = 1048576;
  };

  sops = {
    defaultSopsFile = ../secrets/cluster.yaml;
    # nixos-anywhere --extra-files brings the host key before the first start.
    age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
    secrets.k3s-token.restartUnits = [ "k3s.service" ];
  };

  nix.settings.experimental-features = [
    "nix-command"
    "flakes"
  ];
  nix.gc = {
    automatic = true;
    dates = "weekly";
    options = "--delete-older-than 14d";
  };
  services.journald.extraConfig = "SystemMaxUse=1G";
  services.timesyncd.enable = lib.mkDefault true;
  environment.systemPackages = [ pkgs.wireguard-tools ];
}
