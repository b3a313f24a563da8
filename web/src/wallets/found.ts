/** Which wallets did extensions bring to this page? They say so when they are asked, or when they come later. */

import { useSyncExternalStore } from "react";
import { type Announced, ethereumWallet, type Provider } from "./ethereum";
import { type Older, olderWallet, type Standard, standardWallet } from "./solana";
import type { Chain, Wallet } from "./wallet";

interface Page extends EventTarget {
  ethereum?: Provider;
  solana?: Older;
}

type Register = { register: (...wallets: Standard[]) => () => void };

/** Asks once, and keeps what it is told. A wallet that announces itself goes before one that only is there. */
export class Found {
  private wallets: readonly Wallet[] = [];
  private readonly watchers = new Set<() => void>();
  private asked = false;

  constructor(private readonly page: Page) {}

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    if (!this.asked) this.ask();
    return () => this.watchers.delete(watcher);
  };

  now = (): readonly Wallet[] => this.wallets;

  private ask(): void {
    this.asked = true;
    const { page } = this;
    page.addEventListener("eip6963:announceProvider", (event) => {
      this.add(ethereumWallet((event as CustomEvent<Announced>).detail));
    });
    const door: Register = {
      register: (...wallets) => {
        for (const wallet of wallets) this.add(standardWallet(wallet));
        return () => undefined;
      },
    };
    page.addEventListener("wallet-standard:register-wallet", (event) => {
      (event as CustomEvent<(door: Register) => void>).detail(door);
    });
    page.dispatchEvent(new Event("eip6963:requestProvider"));
    page.dispatchEvent(new CustomEvent("wallet-standard:app-ready", { detail: door }));
    const info = { uuid: "ethereum", name: "Ethereum wallet", icon: "" };
    if (page.ethereum && !this.has("ethereum")) this.add(ethereumWallet({ info, provider: page.ethereum }));
    if (page.solana && !this.has("solana")) this.add(olderWallet(page.solana));
  }

  private has(chain: Chain): boolean {
    return this.wallets.some((wallet) => wallet.chain === chain);
  }

  private add(wallet: Wallet | null): void {
    if (wallet === null || this.wallets.some((known) => known.id === wallet.id)) return;
    this.wallets = [...this.wallets, wallet];
    for (const watcher of this.watchers) watcher();
  }
}

const found = new Found(globalThis as unknown as Page);

export const useWallets = (): readonly Wallet[] => useSyncExternalStore(found.watch, found.now);
