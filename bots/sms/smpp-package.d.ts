/** The part of smpp 0.5.1 that Svoi uses; the package brings no types along. */
declare module 'smpp' {
  /** A unit of the protocol; its fields stand on it by their names in SMPP 3.4. */
  export interface Pdu {
    readonly command: string;
    readonly command_status: number;
    sequence_number: number;
    isResponse(): boolean;
    /** The answer to it; to a command the package does not know, `generic_nack`. */
    response(fields?: Readonly<Record<string, unknown>>): Pdu;
  }

  /** A connection. It never connects again, knows no time-out, and dies with a fault nobody listens to. */
  export interface Session {
    on(event: 'connect' | 'secureConnect' | 'close', listener: () => void): this;
    on(event: 'pdu', listener: (pdu: Pdu) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    /** False when the connection is closed. Throws when a field does not fit. */
    send(pdu: Pdu): boolean;
    destroy(): void;
  }

  /** Where to connect. */
  export interface Endpoint {
    readonly host: string;
    readonly port: number;
    readonly tls: boolean;
  }

  /** What the package exports. */
  export interface Package {
    connect(endpoint: Endpoint): Session;
    readonly PDU: new (command: string, fields?: Readonly<Record<string, unknown>>) => Pdu;
  }

  const smpp: Package;
  export default smpp;
}
