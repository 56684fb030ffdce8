import { mintBundle } from "../../../support/mint";
import { certificateSamples } from "./certificates";
import { chainSamples } from "./chains";
import { dateSamples } from "./dates";
import { fitnessSamples } from "./fitness";
import { keySamples } from "./keys";
import { maskingSamples } from "./pairs";
import { refusals } from "./refusals";
import type { Sample, Sound } from "./sample";
import { textSamples } from "./texts";

export async function mintCorpus(): Promise<readonly Sample[]> {
    const { cert, key, ca, authority } = await mintBundle();
    const sound: Sound = { cert, key, ca, authority, secrets: [key] };
    return [
        { name: "nothing wrong", ...sound, expected: {} },
        ...textSamples(sound),
        ...keySamples(sound),
        ...(await certificateSamples(sound)),
        ...(await dateSamples(sound)),
        ...(await fitnessSamples(sound)),
        ...(await chainSamples(sound)),
        ...(await maskingSamples(sound)),
        ...refusals(),
        {
            ...refusalOf("the certificate of another issuer"),
            name: "an intermediate missing, and no key to try it with",
            key: undefined,
            expected: { "chain-unverified": "error", "chain-not-tried": "note" },
        },
    ];
}

function refusalOf(name: string): Sample {
    const found = refusals().find((one) => one.name === name);
    if (found === undefined) {
        throw new Error(`expected a refusal of the name ${name}`);
    }
    return found;
}
