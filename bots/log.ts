/** Where a part of `bots` says what goes on. No line holds a token, a secret or what a person wrote. */
export type Log = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
