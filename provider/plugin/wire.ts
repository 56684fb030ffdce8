import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import type { Properties } from "../operations/arguments";
import { messageOf, PartialFailure } from "../operations/failures";
import { withoutMark } from "../operations/wireMarks";

/** Properties as the operations have them. */
export function fromStruct(struct: Struct | undefined): Properties {
    return struct?.toJavaScript() ?? {};
}

/** Properties as the engine has them; what is `undefined` is left out, since the wire has no such value. */
export function toStruct(properties: Properties): Struct {
    const defined = Object.entries(properties).filter(([, value]) => value !== undefined);
    return Struct.fromJavaScript(Object.fromEntries(defined) as Record<string, JavaScriptValue>);
}

/** The engine wraps the secrets of a provider's configuration, whatever the handshake says of those of resources. */
export function textOf(value: unknown): string | undefined {
    const text = withoutMark(value);
    return typeof text === "string" ? text : undefined;
}

/** An error as gRPC carries it. A partial failure takes along what the engine needs to keep the resource. */
export function toServiceError(error: unknown): Partial<ServiceError> {
    const message = messageOf(error);
    const metadata = new Metadata();
    if (error instanceof PartialFailure) {
        metadata.add("grpc-status-details-bin", Buffer.from(statusOf(error, message).serializeBinary()));
    }
    return { code: status.UNKNOWN, details: message, message, metadata };
}

function statusOf({ id, properties, reasons }: PartialFailure, message: string): Status {
    const failure = new ErrorResourceInitFailed()
        .setId(id)
        .setProperties(toStruct(properties))
        .setReasonsList([...reasons]);
    const detail = new Any();
    detail.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    return new Status().setCode(status.UNKNOWN).setMessage(message).setDetailsList([detail]);
}
