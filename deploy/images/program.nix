# The program, with Swift's libraries inside. The packages that it is made of are fetched first, by the versions of
# Package.swift: that derivation's hash is the one thing here that only a machine with the network can fill in.
{
  lib,
  stdenv,
  callPackage,
  cacert,
  git,
  libpq,
  pkg-config,
  sqlite,
  zlib,
}:
let
  toolchain = callPackage ./toolchain.nix { };

  source = lib.fileset.toSource {
    root = ../..;
    fileset = lib.fileset.unions [
      ../../Package.swift
      ../../Sources
      ../../Benchmarks/Rendering
      ../../Tests
    ];
  };

  packages = stdenv.mkDerivation {
    name = "openclaw-cloud-packages";
    src = source;
    nativeBuildInputs = [
      toolchain
      git
      cacert
    ];
    buildPhase = ''
      export HOME=$TMPDIR
      swift package --scratch-path $TMPDIR/build resolve
    '';
    installPhase = ''
      mkdir $out
      cp -r $TMPDIR/build/checkouts $out/
      cp Package.resolved $out/
      cp $TMPDIR/build/workspace-state.json $out/
      # What changes from one fetch to the next.
      find $out -name .git -prune -exec rm -rf {} +
    '';
    outputHashMode = "recursive";
    outputHash = lib.fakeHash;
  };
in
stdenv.mkDerivation {
  pname = "openclaw-cloud";
  version = "0";
  src = source;

  nativeBuildInputs = [
    toolchain
    git
    pkg-config
  ];
  buildInputs = [
    libpq
    sqlite
    zlib
  ];

  buildPhase = ''
    export HOME=$TMPDIR
    mkdir .build
    cp -r ${packages}/checkouts ${packages}/workspace-state.json .build/
    cp ${packages}/Package.resolved .
    chmod -R u+w .build
    swift build -c release --product openclaw-cloud --static-swift-stdlib --disable-automatic-resolution \
      --skip-update -Xswiftc -enforce-exclusivity=unchecked -Xswiftc -cross-module-optimization
  '';

  installPhase = ''
    install -Dm755 .build/release/openclaw-cloud $out/bin/openclaw-cloud
  '';

  meta = {
    description = "Managed OpenClaw agents: one chat, one agent, zero set-up";
    license = lib.licenses.asl20;
    mainProgram = "openclaw-cloud";
    platforms = [ "x86_64-linux" ];
  };
}
