{
  description = "openclaw-cloud: from bare servers to a running platform";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    colmena = {
      url = "github:zhaofengli/colmena";
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.stable.follows = "nixpkgs";
      inputs.flake-compat.follows = "";
      inputs.nix-github-actions.follows = "";
    };
    disko = {
      url = "github:nix-community/disko";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    sops-nix = {
      url = "github:Mic92/sops-nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    systems.url = "github:nix-systems/default";
    kubenix = {
      url = "github:hall/kubenix";
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.systems.follows = "systems";
      inputs.flake-compat.follows = "";
      inputs.treefmt.follows = "";
    };
    nix2container = {
      url = "github:nlewo/nix2container";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    inputs@{ self, nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      # The program is built for the machines that the cluster has; the tools run where the host works.
      perSystem = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ];
      pkgsFor = system: nixpkgs.legacyPackages.${system};

      inventory = import ./deploy/nodes/inventory.nix { inherit lib; };
      nodes = import ./deploy/nodes { inherit inputs lib inventory; };
    in
    {
      # colmena apply
      colmenaHive = inputs.colmena.lib.makeHive nodes.hive;

      # nixos-anywhere --flake .#NAME
      nixosConfigurations = nodes.configurations;

      packages = perSystem (
        system:
        let
          pkgs = pkgsFor system;
          program = pkgs.callPackage ./deploy/images/program.nix { };
          images = import ./deploy/images {
            inherit lib pkgs program;
            inherit (inputs.nix2container.packages.${system}) nix2container;
          };
          platform = import ./deploy/k8s {
            inherit lib;
            # A tag that is the hash of what is in it.
            image = "${inventory.registry}/openclaw-cloud:${images.program.imageTag}";
            evalModules = inputs.kubenix.evalModules.${system};
          };
        in
        {
          default = program;
          inherit program;
          image = images.program;
          manifests = platform.config.kubernetes.result;
        }
      );

      apps = perSystem (
        system:
        let
          pkgs = pkgsFor system;
          packages = self.packages.${system};
          app = name: text: {
            type = "app";
            program = lib.getExe (pkgs.writeShellApplication {
              inherit name text;
              runtimeInputs = [
                pkgs.kubectl
                pkgs.nixos-anywhere
                inputs.colmena.packages.${system}.colmena
              ];
            });
          };
        in
        {
          # nix run .#push-image docker://registry.example/openclaw-cloud:TAG
          push-image = app "push-image" ''exec ${packages.image.copyTo}/bin/copy-to "$@"'';
          # nix run .#apply-manifests
          apply-manifests = app "apply-manifests" ''
            exec kubectl apply --server-side -f ${packages.manifests} "$@"
          '';
          # nix run .#bootstrap: what `openclaw-cloud cluster apply` does, with all that it runs at hand
          bootstrap = app "bootstrap" ''exec ${lib.getExe packages.program} cluster apply "$@"'';
        }
      );

      devShells = perSystem (system: {
        default = import ./deploy/shell.nix {
          pkgs = pkgsFor system;
          colmena = inputs.colmena.packages.${system}.colmena;
        };
      });

      checks = perSystem (system: {
        inherit (self.packages.${system}) program image manifests;
      });

      formatter = perSystem (system: (pkgsFor system).nixfmt-rfc-style);
    };
}
