import { mintTriple } from "../../../support/mint";
import { certificateSamples } from "./certificates";
import { chainSamples } from "./chains";
import { dateSamples } from "./dates";
import { fitnessSamples } from "./fitness";
import { keySamples } from "./keys";
import { maskingSamples } from "./pairs";
import type { Sample, Sound } from "./sample";
import { textSamples } from "./texts";

export async function mintCorpus(): Promise<readonly Sample[]> {
    const { cert, key, ca, authority } = await mintTriple();
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
    ];
}
