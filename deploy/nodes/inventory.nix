# The inventory: cluster.json, or the example where there is none yet. `openclaw-cloud cluster` reads the same file, and writes
# the public addresses beside it (addresses.json) once the servers have some.
{
  lib,
  folder ? ../.,
}:
let
  read = name: builtins.fromJSON (builtins.readFile (folder + "/${name}"));
  has = name: builtins.pathExists (folder + "/${name}");
  inventory = read (if has "cluster.json" then "cluster.json" else "cluster.example.json");
  addresses = if has "addresses.json" then read "addresses.json" else { };
  control = builtins.filter (node: node.role == "control-plane") inventory.nodes;
in
inventory
// {
  nodes = map (
    node:
    node
    // {
      # Reached by its private address until it has a public one: from inside, that works.
      address = addresses.${node.name} or node.privateAddress;
    }
  ) inventory.nodes;
  # It makes the cluster; everybody else joins it. Once they have, they know all control planes by themselves.
  first = lib.findFirst (_: true) (throw "the inventory has no control-plane node") control;
}
