# The edge on workerd, for private deployment and the tests. From the top of the project, once it is built:
#
#   node_modules/workerd/bin/workerd serve edge/workerd.capnp \
#     --socket-addr http=127.0.0.1:8787 --directory-path state=run/state --directory-path assets=clients/web/dist
#
# Both folders must exist: every object keeps one SQLite file in `state`, the pages lie in `assets` (make web). The settings come from the
# environment (edge/README.md lists them); one that is not set counts as empty. wrangler.toml says the same
# to Cloudflare. `outside` is how the edge reaches what WEBHOOK_URL and WECHAT_BASE name, and nothing else: the
# business server often has a private address.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "outside", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true),
    )),
    (name = "state", disk = (path = "run/state", writable = true)),
    (name = "assets", disk = (path = "clients/web/dist", writable = false)),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:8787", http = (), service = "edge"),
  ],
);

const edge :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "build/index.js"),
    (name = "index_bg.wasm", wasm = embed "build/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [
    (className = "Desk", uniqueKey = "counterpart-desk", enableSql = true),
    (className = "Call", uniqueKey = "counterpart-call", enableSql = true),
    (className = "Fleet", uniqueKey = "counterpart-fleet", enableSql = true),
    (className = "Account", uniqueKey = "counterpart-account", enableSql = true),
    (className = "Archive", uniqueKey = "counterpart-archive", enableSql = true),
  ],
  globalOutbound = "outside",
  durableObjectStorage = (localDisk = "state"),
  bindings = [
    (name = "DESK", durableObjectNamespace = "Desk"),
    (name = "CALL", durableObjectNamespace = "Call"),
    (name = "FLEET", durableObjectNamespace = "Fleet"),
    (name = "ACCOUNT", durableObjectNamespace = "Account"),
    (name = "ARCHIVE", durableObjectNamespace = "Archive"),
    (name = "ASSETS", service = "assets"),
    (name = "SIGNING_SEED", fromEnvironment = "SIGNING_SEED"),
    (name = "SIGNING_SEEDS", fromEnvironment = "SIGNING_SEEDS"),
    (name = "API_KEY", fromEnvironment = "API_KEY"),
    (name = "NODE_SECRET", fromEnvironment = "NODE_SECRET"),
    (name = "OPEN_BOARD", fromEnvironment = "OPEN_BOARD"),
    (name = "TENCENT_BIZID", fromEnvironment = "TENCENT_BIZID"),
    (name = "TENCENT_PUSH_DOMAIN", fromEnvironment = "TENCENT_PUSH_DOMAIN"),
    (name = "TENCENT_PLAY_DOMAIN", fromEnvironment = "TENCENT_PLAY_DOMAIN"),
    (name = "TENCENT_PUSH_KEY", fromEnvironment = "TENCENT_PUSH_KEY"),
    (name = "TENCENT_PLAY_KEY", fromEnvironment = "TENCENT_PLAY_KEY"),
    (name = "WECHAT_BASE", fromEnvironment = "WECHAT_BASE"),
    (name = "WECHAT_APPID", fromEnvironment = "WECHAT_APPID"),
    (name = "WECHAT_SECRET", fromEnvironment = "WECHAT_SECRET"),
    (name = "WEBHOOK_URL", fromEnvironment = "WEBHOOK_URL"),
    (name = "WEBHOOK_SECRET", fromEnvironment = "WEBHOOK_SECRET"),
    (name = "CORS_ORIGINS", fromEnvironment = "CORS_ORIGINS"),
    (name = "ADDRESS_HEADER", fromEnvironment = "ADDRESS_HEADER"),
    (name = "RATE_ADDRESS", fromEnvironment = "RATE_ADDRESS"),
    (name = "RATE_USER", fromEnvironment = "RATE_USER"),
    (name = "RATE_KEY", fromEnvironment = "RATE_KEY"),
    (name = "RETENTION_DAYS", fromEnvironment = "RETENTION_DAYS"),
  ],
);
