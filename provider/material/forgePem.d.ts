/** The one module of node-forge that is loaded: the whole package takes four times as long, and is not needed. */
declare module "node-forge/lib/pem" {
    export interface PemMessage {
        readonly type: string;
        /** The decoded bytes, one character each. */
        readonly body: string;
    }

    export function decode(text: string): PemMessage[];
}
