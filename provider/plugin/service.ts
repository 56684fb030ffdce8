import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { Message } from "google-protobuf";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { dueWarnings, newWarnings, type ResourceWarning } from "../operations/warnings";
import { manifest } from "../manifest";
import { PROVIDER_PROPERTY, UNKNOWN_VALUE, type Properties } from "../operations/arguments";
import { parseId } from "../operations/identity";
import { readState, writeState } from "../operations/state";
import { ClientCertificateProvider } from "../provider";
import { callClock, connectToEngine, during, say, urnOfCall } from "./call";
import { schemaText } from "./schema";
import { fromStruct, textOf, toServiceError, toStruct } from "./wire";

/** The package's name: of the plugin, its configuration and its types. */
const PACKAGE = "vercel-client-cert";

/** The engine's calls of a resource provider, joined to the operations. One engine starts one process. */
export function pluginService(): UntypedServiceImplementation {
    let started: ClientCertificateProvider | undefined;
    const provider = (): ClientCertificateProvider =>
        (started ??= new ClientCertificateProvider({
            clock: callClock,
            urn: urnOfCall,
            environment: process.env,
            folder: process.cwd(),
            namespace: PACKAGE,
            writeLine: (line) => {
                say(line);
            },
        }));
    return {
        handshake: unary(async (request: proto.ProviderHandshakeRequest) => {
            connectToEngine(request.getEngineAddress());
            // Secrets are declined: the engine then marks what comes back under the name of a secret.
            return new proto.ProviderHandshakeResponse();
        }),
        attach: unary(async (request: PluginAttach) => {
            connectToEngine(request.getAddress());
            return new Empty();
        }),
        getPluginInfo: unary(async () => new PluginInfo().setVersion(manifest.version)),
        getSchema: unary(async () => new proto.GetSchemaResponse().setSchema(schemaText(manifest))),
        checkConfig: unary(async (request: proto.CheckRequest) =>
            new proto.CheckResponse().setInputs(request.getNews()),
        ),
        diffConfig: unary(diffConfig),
        configure: unary(async (request: proto.ConfigureRequest) => {
            const settings = fromStruct(request.getArgs());
            const get = (key: string): string | undefined => textOf(settings[key.replace(`${PACKAGE}:`, "")]);
            await provider().configure({ config: { get } });
            return new proto.ConfigureResponse().setSupportspreview(true);
        }),
        check: ofResource((request: proto.CheckRequest) => check(provider(), request)),
        diff: ofResource((request: proto.DiffRequest) => diff(provider(), request)),
        create: ofResource((request: proto.CreateRequest) => create(provider(), request)),
        read: ofResource((request: proto.ReadRequest) => read(provider(), request)),
        update: ofResource((request: proto.UpdateRequest) => update(provider(), request)),
        delete: ofResource(async (request: proto.DeleteRequest) => {
            await provider().delete(request.getId(), fromStruct(request.getProperties()));
            return new Empty();
        }),
        cancel: unary(async () => new Empty()),
    };
}

async function check(provider: ClientCertificateProvider, request: proto.CheckRequest): Promise<proto.CheckResponse> {
    const olds = fromStruct(request.getOlds());
    const news = fromStruct(request.getNews());
    if (isAdopted(olds) && isAdopted(news)) {
        // What `read` told of a certificate that is being imported: the program is still to be written.
        return new proto.CheckResponse().setInputs(request.getNews());
    }
    const { inputs, failures } = await provider.check(isAdopted(olds) ? IMPORTED : olds, news);
    if (failures.length === 0) {
        const nowMs = callClock.now();
        speak([...newWarnings(inputs["findings"], nowMs), ...dueWarnings(inputs["expiries"], nowMs)]);
    }
    const failuresList = failures.map(({ property, reason }) =>
        new proto.CheckFailure().setProperty(property).setReason(reason),
    );
    return new proto.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failuresList);
}

/** What the operations take for the inputs of an import. */
const IMPORTED: Properties = { [PROVIDER_PROPERTY]: "" };

function isAdopted(inputs: Properties): boolean {
    return "project" in inputs && !["cert", "key", "ca"].some((name) => name in inputs);
}

/** What in a Node program the resource says of itself. */
function speak(advice: readonly ResourceWarning[]): void {
    advice.forEach(({ severity, message }) => {
        say(message, severity === "note" ? "info" : "warning");
    });
}

/** What a write has to say; what `check` found was said then. */
function speakOfWrite({ findings }: Properties): void {
    const { upload } =
        typeof findings === "object" ? (findings as { readonly upload?: readonly ResourceWarning[] }) : {};
    speak(upload ?? []);
}

/** The outputs that tell in a plan why there is something to do, compared with the inputs of the same names. */
const TELLING = ["fingerprint", "certFingerprint", "notAfter", "project", "team", "tokenEnv"] as const;

async function diff(provider: ClientCertificateProvider, request: proto.DiffRequest): Promise<proto.DiffResponse> {
    const olds = fromStruct(request.getOlds());
    const news = fromStruct(request.getNews());
    const { changes, replaces = [] } = await provider.diff(request.getId(), olds, news);
    const changed = TELLING.filter((name) => name in news && news[name] !== olds[name]);
    const hasStale = Array.isArray(olds["staleCertIds"]) && olds["staleCertIds"].length > 0;
    const { UPDATE, UPDATE_REPLACE, DELETE } = proto.PropertyDiff.Kind;
    return answerOf(changes, [
        ...changed.map((name) => [name, UPDATE] as const),
        ...(hasStale ? [["staleCertIds", DELETE] as const] : []),
        ...replaces.map((name) => [name, UPDATE_REPLACE] as const),
    ]);
}

/** Another token or team does not replace the provider: its resources compare their own. */
async function diffConfig(request: proto.DiffRequest): Promise<proto.DiffResponse> {
    const olds = fromStruct(request.getOlds());
    const news = fromStruct(request.getNews());
    const names = Object.keys({ ...olds, ...news }).filter((name) => textOf(olds[name]) !== textOf(news[name]));
    return answerOf(
        names.length > 0,
        names.map((name) => [name, proto.PropertyDiff.Kind.UPDATE] as const),
    );
}

type Change = readonly [name: string, kind: proto.PropertyDiff.Kind];

function answerOf(changes: boolean, details: readonly Change[]): proto.DiffResponse {
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    if (!changes) {
        return new proto.DiffResponse().setChanges(DIFF_NONE);
    }
    const { UPDATE_REPLACE } = proto.PropertyDiff.Kind;
    const replaced = details.filter(([, kind]) => kind === UPDATE_REPLACE).map(([name]) => name);
    const response = new proto.DiffResponse().setChanges(DIFF_SOME).setHasdetaileddiff(true).setReplacesList(replaced);
    for (const [name, kind] of details) {
        response.getDetaileddiffMap().set(name, new proto.PropertyDiff().setKind(kind));
    }
    return response;
}

async function create(
    provider: ClientCertificateProvider,
    request: proto.CreateRequest,
): Promise<proto.CreateResponse> {
    const inputs = fromStruct(request.getProperties());
    if (request.getPreview()) {
        return new proto.CreateResponse().setProperties(toStruct(planned(inputs, {})));
    }
    const { id, outs } = await provider.create(inputs);
    speakOfWrite(outs);
    return new proto.CreateResponse().setId(id).setProperties(toStruct(outs));
}

async function update(
    provider: ClientCertificateProvider,
    request: proto.UpdateRequest,
): Promise<proto.UpdateResponse> {
    const olds = fromStruct(request.getOlds());
    const news = fromStruct(request.getNews());
    if (request.getPreview()) {
        return new proto.UpdateResponse().setProperties(toStruct(planned(news, olds)));
    }
    const { outs } = await provider.update(request.getId(), olds, news);
    speakOfWrite(outs);
    return new proto.UpdateResponse().setProperties(toStruct(outs));
}

/** The outputs as far as a preview can tell: what `check` computed, and without an upload what is in place. */
function planned(inputs: Properties, olds: Properties): Properties {
    const { project, team = olds["team"], tokenEnv, fingerprint, certFingerprint, notAfter } = inputs;
    const known = { project, team, tokenEnv, fingerprint, certFingerprint, notAfter };
    const isSame = fingerprint === olds["fingerprint"];
    const names = Object.keys(writeState(readState({}), undefined));
    return { ...(isSame ? olds : Object.fromEntries(names.map((name) => [name, UNKNOWN_VALUE]))), ...known };
}

async function read(provider: ClientCertificateProvider, request: proto.ReadRequest): Promise<proto.ReadResponse> {
    const { id, props } = await provider.read(request.getId(), fromStruct(request.getProperties()));
    if (id === undefined || props === undefined) {
        return new proto.ReadResponse();
    }
    // A refresh keeps its inputs. An import has none, and the engine refuses a resource without any.
    const inputs = request.getInputs() ?? toStruct({ ...parseId(id) });
    return new proto.ReadResponse().setId(id).setProperties(toStruct(props)).setInputs(inputs);
}

interface ResourceRequest extends Message {
    getUrn(): string;
    /** In seconds; only writes have it. */
    getTimeout?(): number;
}

function ofResource<Q extends ResourceRequest, A extends Message>(operation: (request: Q) => Promise<A>) {
    return unary((request: Q) => during(request.getUrn(), request.getTimeout?.() ?? 0, () => operation(request)));
}

function unary<Q extends Message, A extends Message>(operation: (request: Q) => Promise<A>) {
    return ({ request }: ServerUnaryCall<Q, A>, respond: sendUnaryData<A>): void => {
        operation(request).then(
            (answer) => {
                respond(null, answer);
            },
            (error: unknown) => {
                respond(toServiceError(error));
            },
        );
    };
}
