import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

export interface EngineLog {
    readonly urn: string;
    readonly message: string;
}

/** The engine, as far as a provider calls it: to say something of a resource. */
export class EngineDouble {
    static async start(): Promise<EngineDouble> {
        const engine = new EngineDouble();
        engine.#server.addService(EngineService, {
            log: ({ request }: ServerUnaryCall<LogRequest, Empty>, respond: sendUnaryData<Empty>) => {
                engine.logs.push({ urn: request.getUrn(), message: request.getMessage() });
                respond(null, new Empty());
            },
        });
        engine.#address = await new Promise<string>((resolve, reject) => {
            engine.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
                if (error === null) {
                    resolve(`127.0.0.1:${String(port)}`);
                } else {
                    reject(error);
                }
            });
        });
        return engine;
    }

    readonly logs: EngineLog[] = [];
    readonly #server = new Server();
    #address = "";

    get address(): string {
        return this.#address;
    }

    stop(): void {
        this.#server.forceShutdown();
    }
}
