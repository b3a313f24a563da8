// The SDK, driven by lines of JSON: {"id", "client": "info" | "exchange" | "subscription", "call", "args"} comes in, and
// {"id", "told"} or {"id", "failed"} goes out; what a subscription hears goes out as {"heard": call, "told"}.
// Its arguments are the simulator's base URL, a private key, and where it believes to be: mainnet or testnet.

import { createInterface } from "node:readline";
import {
  ExchangeClient,
  HttpTransport,
  InfoClient,
  SubscriptionClient,
  WebSocketTransport,
} from "@nktkas/hyperliquid";
import { privateKeyToAccount } from "viem/accounts";
import { WebSocket } from "ws";

globalThis.WebSocket ??= WebSocket; // Node has one of its own from 22 on

const [url, key, network] = process.argv.slice(2);
const isTestnet = network === "testnet";
const timeout = 120_000;
const transport = new HttpTransport({ apiUrl: url, isTestnet, timeout });
const socket = new WebSocketTransport({ url: `${url.replace("http", "ws")}/ws`, isTestnet, timeout });
const clients = {
  info: new InfoClient({ transport }),
  exchange: new ExchangeClient({ transport, wallet: privateKeyToAccount(key) }),
  subscription: new SubscriptionClient({ transport: socket }),
};

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function take({ id, client, call, args }) {
  const hear = (told) => say({ heard: call, told });
  try {
    if (client === "subscription") {
      await clients.subscription[call](...args, hear);
      say({ id, told: null });
    } else {
      say({ id, told: await clients[client][call](...args) });
    }
  } catch (error) {
    say({ id, failed: String(error.message) });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => take(JSON.parse(line)));
lines.on("close", () => process.exit(0));
