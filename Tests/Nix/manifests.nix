# deploy/k8s through the real kubenix, with nixpkgs' lib alone: kubenix wants packages only for what is built.
{ inputs }:
let
  lib = import (inputs + "/nixpkgs.lib/lib");
  kubenix = inputs + "/kubenix";
  pkgs = {
    inherit lib;
    stdenv.hostPlatform.system = "x86_64-linux";
  };
  extended = lib.extend (
    extendedLib: _:
    import (kubenix + "/lib/upstreamables.nix") {
      lib = extendedLib;
      inherit pkgs;
    }
  );
  # As kubenix' flake has it.
  evalModules =
    { modules }:
    extended.evalModules {
      modules = modules ++ [
        {
          config._module.args = {
            inherit pkgs;
            name = "default";
          };
        }
      ];
      specialArgs = {
        inherit pkgs;
        kubenix = {
          lib = import (kubenix + "/lib") {
            inherit pkgs;
            lib = extended;
          };
          modules = import (kubenix + "/modules");
        };
      };
    };
  platform =
    modules:
    (import ../../deploy/k8s {
      inherit lib evalModules modules;
    }).config.kubernetes.objects;
  planted = builtins.tryEval (
    builtins.deepSeq (platform [
      { kubernetes.resources.apps.v1.Deployment.web.spec.replica = 1; }
    ]) true
  );
  changed = platform [
    { kubernetes.resources.apps.v1.Deployment.onboarding-agent.spec.replicas = lib.mkForce 0; }
  ];
in
{
  objects = platform [ ];
  inherit changed;
  refusesAnUnknownField = !planted.success;
}
