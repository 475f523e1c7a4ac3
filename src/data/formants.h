#pragma once
// A small speech synthesiser: a source (pulses of the voice, noise of the breath) through resonators at the formants,
// whose frequencies move from sound to sound (Klatt 1980, much reduced). It says the digits from zero to nine.

#include "rng.h"

#include <stdbool.h>

enum { SPEECH_RATE = 16000, SPEECH_MAX = SPEECH_RATE, SPEECH_DIGITS = 10 }; // samples a second; at most one second

extern const char *const speech_words[SPEECH_DIGITS + 1]; // "zero" ... "nine", NULL

struct speaker {
    double pitch;      // Hz at the start
    double tract;      // formants times this: a short vocal tract has high ones
    double speed;      // 1 as in the table
    double noise;      // of the room, below the loudest frame, in dB
    int before, after; // samples of the room alone
};
struct speaker speaker_draw(struct rng *rng, double noise);

// Says a digit into out (SPEECH_MAX); returns the samples, within -1 .. 1.
int speech_say(int digit, const struct speaker *speaker, struct rng *rng, float *out);
