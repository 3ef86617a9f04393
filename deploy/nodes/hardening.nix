# K3s' CIS guide (https://docs.k3s.io/security/hardening-guide): the kernel's part, which the kubelet then insists on.
{ ... }:
{
  boot.kernel.sysctl = {
    "vm.panic_on_oom" = 0;
    "vm.overcommit_memory" = 1;
    "kernel.panic" = 10;
    "kernel.panic_on_oops" = 1;
    "kernel.keys.root_maxbytes" = 25000000;
  };
  services.k3s.extraFlags = [ "--protect-kernel-defaults=true" ];

  security.sudo.enable = false;
  boot.tmp.cleanOnBoot = true;
}
