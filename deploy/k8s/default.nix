# The platform's objects through kubenix, which knows each field's type. They aren't written down a second time: platform.json
# is what `openclaw-cloud cluster render --format json` prints (a test compares the two), and every object of it becomes one of
# kubenix's. What a host changes goes into `modules`, where it beats what the program says.
{
  lib,
  evalModules,
  # The program's, in a registry that the cluster pulls from.
  image ? null,
  modules ? [ ],
}:
let
  placeholder = "openclaw-cloud@sha256:0000000000000000000000000000000000000000000000000000000000000000";
  # A host's own, with its settings, goes before the example.
  file = if builtins.pathExists ../platform.json then ../platform.json else ./platform.json;
  objects = builtins.fromJSON (
    builtins.replaceStrings [ placeholder ] [ (if image == null then placeholder else image) ] (
      builtins.readFile file
    )
  );

  # Such as apps/v1; the group without a name is called core.
  parts = object: lib.splitString "/" object.apiVersion;
  group = object: if lib.length (parts object) == 1 then "core" else builtins.head (parts object);

  resource = object: {
    kubernetes.resources.${group object}.${lib.last (parts object)}.${object.kind}.${object.metadata.name} =
      builtins.removeAttrs object [
        "apiVersion"
        "kind"
      ];
  };
in
evalModules {
  modules = [
    (
      { kubenix, ... }:
      {
        imports = [ kubenix.modules.k8s ];
        kubernetes.version = "1.36";
      }
    )
  ]
  ++ map resource objects
  ++ modules;
}
