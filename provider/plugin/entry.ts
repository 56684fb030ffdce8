import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { connectToEngine } from "./call";
import { pluginService } from "./service";

// An engine that is too old for the handshake gives its address as the one argument that is no option.
const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
if (address !== undefined) {
    connectToEngine(address);
}
const server = new Server();
server.addService(ResourceProviderService, pluginService());
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
        throw error;
    }
    // The engine reads one line: the port to call.
    process.stdout.write(`${String(port)}\n`);
});
