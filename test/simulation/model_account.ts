/** Points that came together and burn together, as the model keeps them. */
export interface Pot {
  /** With how many points it was made, before any debt was repaid. */
  readonly size: number;
  readonly expiresAt: number;
  left: number;
  burned: number;
  /** The lot of the ledger it stands for. */
  lotId?: string;
}

/** So many points out of a pot. */
export interface Taken {
  readonly pot: Pot;
  readonly points: number;
}

/** What one customer should have, kept in the plainest way: pots, a debt, what waits and what is held. */
export class ModelAccount {
  readonly pots: Pot[] = [];
  /** Pots made since the ledger was last compared. */
  fresh: Pot[] = [];
  debt = 0;
  pending = 0;
  held = 0;
  over = false;

  available(): number {
    return this.pots.reduce((sum, pot) => sum + pot.left, 0) - this.debt;
  }

  /** What is due burns at its moment, not when somebody comes to write it off. */
  burn(now: number): void {
    for (const pot of this.pots) {
      if (pot.expiresAt > now || pot.left === 0) continue;
      pot.burned += pot.left;
      pot.left = 0;
    }
  }

  /** A new pot; a debt is repaid out of it first. */
  give(points: number, expiresAt: number): Pot {
    const pot = {
      ...{ size: points, expiresAt, left: 0, burned: 0 },
    };
    this.pots.push(pot);
    this.fresh.push(pot);
    this.#fill(pot, points);
    return pot;
  }

  /** Takes up to `points`: out of `own` first, then what burns first. */
  take(points: number, own?: Pot): Taken[] {
    const others = this.pots
      .filter((pot) => pot !== own && pot.left > 0)
      .sort((a, b) => a.expiresAt - b.expiresAt || (a.lotId && b.lotId && a.lotId < b.lotId ? -1 : 1));
    let wanted = points;
    return [...(own ? [own] : []), ...others].flatMap((pot) => {
      const part = Math.min(wanted, pot.left);
      if (part === 0) return [];
      wanted -= part;
      pot.left -= part;
      return [{ pot, points: part }];
    });
  }

  /** Gives points back to their pots; those of burned pots come into one that lasts until `graceUntil`. */
  restore(taken: readonly Taken[], now: number, graceUntil: number): void {
    let late = 0;
    for (const { pot, points } of taken) {
      if (pot.expiresAt > now) this.#fill(pot, points);
      else late += points;
    }
    if (late > 0) this.give(late, graceUntil);
  }

  /** Everything is given up. */
  close(): void {
    for (const pot of this.pots) pot.left = 0;
    this.debt = 0;
    this.pending = 0;
    this.held = 0;
    this.over = true;
  }

  #fill(pot: Pot, points: number): void {
    const repaid = Math.min(this.debt, points);
    this.debt -= repaid;
    pot.left += points - repaid;
  }
}
