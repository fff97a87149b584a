import { describe, expect, it } from 'vitest';
import { createBus } from '../../../bots/web/bus.ts';

const never = 600_000;

describe('a listener of the bus', () => {
  it('hears at once of news that came while it was busy, once for several', async () => {
    const bus = createBus();
    const listener = bus.listen((topic) => topic === 'mine');
    bus.publish('mine');
    bus.publish('mine');
    expect(await listener.next(never)).toBe(true);
    expect(await listener.next(1)).toBe(false);
  });

  it('is woken while it waits', async () => {
    const bus = createBus();
    const listener = bus.listen(() => true);
    const waiting = listener.next(never);
    bus.publish('anything');
    expect(await waiting).toBe(true);
  });

  it('hears nothing of other topics', async () => {
    const bus = createBus();
    const listener = bus.listen((topic) => topic === 'mine');
    bus.publish('yours');
    expect(await listener.next(1)).toBe(false);
  });

  it('is let go when it is closed, also while it waits, and hears nothing after', async () => {
    const bus = createBus();
    const listener = bus.listen(() => true);
    const waiting = listener.next(never);
    listener.close();
    expect(await waiting).toBe(false);
    bus.publish('anything');
    expect(await listener.next(never)).toBe(false);
  });
});
