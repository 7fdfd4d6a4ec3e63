# The edge and the bare Worker in one workerd, for `make bench-edge`: the same process, disk and moment for both.
using Workerd = import "/workerd/workerd.capnp";
using Edge = import "../../edge/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = Edge.edge),
    (name = "peer", worker = .peer),
    (name = "outside", network = (allow = ["private"])),
    (name = "state", disk = (path = "run/state", writable = true)),
    (name = "assets", disk = (path = "clients/web/dist", writable = false)),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:8787", http = (), service = "edge"),
    (name = "peer", address = "127.0.0.1:8788", http = (), service = "peer"),
  ],
);

const peer :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "build/index.js"),
    (name = "index_bg.wasm", wasm = embed "build/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [
    (className = "Bare", uniqueKey = "counterpart-bare", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "state"),
  bindings = [
    (name = "BARE", durableObjectNamespace = "Bare"),
  ],
);
