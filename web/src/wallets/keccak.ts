/** Keccak-256 with Ethereum's padding, for one block: what is hashed here is shorter than 136 bytes. */

const RATE = 136;
const WORD = (1n << 64n) - 1n;

const turned = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (64n - by))) & WORD;

/** The constants of its 24 rounds, from the shift register that defines them. */
function* constants(): Generator<bigint> {
  let register = 1;
  for (let round = 0; round < 24; round += 1) {
    let constant = 0n;
    for (let bit = 0; bit < 7; bit += 1) {
      if (register & 1) constant |= 1n << ((1n << BigInt(bit)) - 1n);
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
    yield constant;
  }
}

/** `lanes` are the 25 words of the state, by 5 y + x. */
function permute(lanes: bigint[]): void {
  const at = (x: number, y: number): bigint => lanes[5 * (y % 5) + (x % 5)] ?? 0n;
  for (const constant of constants()) {
    const columns = [0, 1, 2, 3, 4].map((x) => at(x, 0) ^ at(x, 1) ^ at(x, 2) ^ at(x, 3) ^ at(x, 4));
    const mixed = [0, 1, 2, 3, 4].map((x) => (columns[(x + 4) % 5] ?? 0n) ^ turned(columns[(x + 1) % 5] ?? 0n, 1n));
    for (let lane = 0; lane < 25; lane += 1) lanes[lane] = (lanes[lane] ?? 0n) ^ (mixed[lane % 5] ?? 0n);
    let [x, y, moved] = [1, 0, at(1, 0)];
    for (let step = 1; step <= 24; step += 1) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const kept = at(x, y);
      lanes[5 * y + x] = turned(moved, BigInt(((step * (step + 1)) / 2) % 64));
      moved = kept;
    }
    for (let row = 0; row < 5; row += 1) {
      const words = [0, 1, 2, 3, 4].map((column) => at(column, row));
      for (let column = 0; column < 5; column += 1) {
        const [own = 0n, next = 0n, after = 0n] = [words[column], words[(column + 1) % 5], words[(column + 2) % 5]];
        lanes[5 * row + column] = own ^ (~next & WORD & after);
      }
    }
    lanes[0] = (lanes[0] ?? 0n) ^ constant;
  }
}

export function keccak256(message: Uint8Array): Uint8Array {
  if (message.length >= RATE) throw new RangeError(`At most ${RATE - 1} bytes are hashed, not ${message.length}.`);
  const block = new Uint8Array(200);
  block.set(message);
  block[message.length] = 0x01;
  block[RATE - 1] = (block[RATE - 1] ?? 0) | 0x80;
  const words = new DataView(block.buffer);
  const lanes = Array.from({ length: 25 }, (_, lane) => words.getBigUint64(8 * lane, true));
  permute(lanes);
  lanes.forEach((lane, at) => words.setBigUint64(8 * at, lane, true));
  return block.slice(0, 32);
}
