# K3s as a server with embedded etcd: the first one makes the cluster, the others join it.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config.openclaw) node inventory;
  isFirst = node.name == inventory.first.name;
  format = pkgs.formats.yaml { };

  # Who changed what, without what was in it: Secrets' contents have no place in a log.
  auditPolicy = format.generate "audit-policy.yaml" {
    apiVersion = "audit.k8s.io/v1";
    kind = "Policy";
    omitStages = [ "RequestReceived" ];
    rules = [
      {
        level = "None";
        verbs = [
          "get"
          "list"
          "watch"
        ];
        resources = [
          {
            group = "";
            resources = [
              "endpoints"
              "services"
              "nodes"
              "pods"
            ];
          }
        ];
      }
      { level = "Metadata"; }
    ];
  };

  admission = format.generate "admission.yaml" {
    apiVersion = "apiserver.config.k8s.io/v1";
    kind = "AdmissionConfiguration";
    plugins = [
      {
        name = "EventRateLimit";
        configuration = {
          apiVersion = "eventratelimit.admission.k8s.io/v1alpha1";
          kind = "Configuration";
          limits = [
            {
              type = "Namespace";
              qps = 10;
              burst = 50;
            }
          ];
        };
      }
    ];
  };
in
{
  services.k3s = {
    role = "server";
    clusterInit = isFirst;
    serverAddr = lib.mkIf (!isFirst) "https://${inventory.first.privateAddress}:6443";
    # Agents' work has no place beside etcd.
    nodeTaint = [ "node-role.kubernetes.io/control-plane:NoSchedule" ];
    extraFlags = [
      "--advertise-address=${node.privateAddress}"
      "--cluster-cidr=${inventory.kubernetes.podRange}"
      "--service-cidr=${inventory.kubernetes.serviceRange}"
      # 1,022 addresses a node: the kubelet's usual 254 would be all that a node could ever run.
      "--kube-controller-manager-arg=node-cidr-mask-size=22"
      "--flannel-backend=wireguard-native"
      "--secrets-encryption"
      "--write-kubeconfig-mode=0600"
      "--kube-apiserver-arg=enable-admission-plugins=NodeRestriction,EventRateLimit"
      "--kube-apiserver-arg=admission-control-config-file=${admission}"
      "--kube-apiserver-arg=audit-policy-file=${auditPolicy}"
      "--kube-apiserver-arg=audit-log-path=/var/log/k3s-audit/audit.log"
      "--kube-apiserver-arg=audit-log-maxage=30"
      "--kube-apiserver-arg=audit-log-maxbackup=10"
      "--kube-apiserver-arg=audit-log-maxsize=100"
      "--kube-apiserver-arg=request-timeout=300s"
      "--etcd-snapshot-schedule-cron=0 */12 * * *"
      "--etcd-snapshot-retention=5"
      "--etcd-s3"
      "--etcd-s3-endpoint=${inventory.etcdBackups.endpoint}"
      "--etcd-s3-region=${inventory.etcdBackups.region}"
      "--etcd-s3-bucket=${inventory.etcdBackups.bucket}"
      "--etcd-s3-folder=${inventory.name}"
    ];
    # Its key and secret, as AWS' variables: flags would stand in the process list.
    environmentFile = config.sops.secrets.etcd-s3.path;
  };
  sops.secrets.etcd-s3 = { };
  # The load balancer says who the visitor is; without that, all of them would share one address and its rates.
  services.k3s.manifests.traefik-config.content = {
    apiVersion = "helm.cattle.io/v1";
    kind = "HelmChartConfig";
    metadata = {
      name = "traefik";
      namespace = "kube-system";
    };
    spec.valuesContent = builtins.toJSON {
      ports = lib.genAttrs [ "web" "websecure" ] (_: {
        proxyProtocol.trustedIPs = [ inventory.network.range ];
      });
    };
  };
  systemd.tmpfiles.rules = [ "d /var/log/k3s-audit 0700 root root -" ];

  networking.firewall.interfaces.${node.interface}.allowedTCPPorts = [
    # The API server, and etcd among the servers.
    6443
    2379
    2380
  ];
}
