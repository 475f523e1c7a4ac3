// Spoken digits: a synthetic voice says one of zero to nine; its sound comes in as frames of 16 band energies, 50 a
// second. Every voice has its own pitch, vocal tract and speed, and the room has noise. With spell=1 the word is
// written letter by letter instead.
#include "bands.h"
#include "formants.h"
#include "mem.h"
#include "task.h"

enum { BANDS = 16, DEPTH = 50 }; // dB from the loudest band to silence

static int say(const struct task_settings *settings, struct rng *rng, struct builder *out) {
    int digit = (int)rng_below(rng, SPEECH_DIGITS);
    struct speaker who = speaker_draw(rng, (double)settings->values[1]);
    float *samples = mem_need(SPEECH_MAX, sizeof *samples);
    int count = speech_say(digit, &who, rng, samples), frames = bands_frames(count);
    float *bands = mem_need((size_t)frames * BANDS, sizeof *bands);
    bands_measure(samples, count, SPEECH_RATE, BANDS, DEPTH, bands);
    for (int t = 0; t < frames; t++)
        builder_vector(out, bands + t * BANDS);
    mem_free(bands);
    mem_free(samples);
    return digit;
}

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    builder_answer(out, say(settings, rng, out));
}

static const struct task spelt;

static void generate_spelt(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                           struct builder *out) {
    (void)part;
    for (const char *c = speech_words[say(settings, rng, out)]; *c; c++)
        builder_answer(out, task_answer(&spelt, *c));
}

static const struct task *variant(const struct task_settings *settings) {
    return settings->values[0] ? &spelt : &task_speech;
}

#define PARAMETERS                                                                                                     \
    {                                                                                                                  \
        {"spell", 0, 0, 1, "1: the word is written letter by letter, by an encoder-decoder"}, {                        \
            "noise", 25, 0, 60, "of the room, dB below the voice"                                                      \
        }                                                                                                              \
    }

const struct task task_speech = {
    .id = "speech",
    .title = "Spoken digits",
    .story = "A voice says a digit, which comes in as the energies of 16 bands of sound, frame by frame; say which.",
    .answers = ANSWERS_ONE,
    .input = VALUES_REALS,
    .output = VALUES_SYMBOLS,
    .channels = BANDS,
    .symbols = "",
    .answer_symbols = "",
    .answer_words = speech_words,
    .picture = {.kind = PICTURE_SPECTROGRAM, .low = -1, .high = 1},
    .parameters = PARAMETERS,
    .train_count = 1000,
    .validation_count = 200,
    .recipe = {.cell = "gru", .layers = 1, .hidden = 32, .steps = 800, .batch = 32, .lr = 0.005, .clip_norm = 1},
    .walk = {.hidden = 16, .steps = 400},
    .measure = MEASURE_ACCURACY,
    .level = 0.97,
    .level_note = "guessing has 0.1",
    .variant = variant,
    .generate = generate,
};

static const struct task spelt = {
    .id = "speech",
    .title = "Spoken digits, spelt",
    .story = "A voice says a digit, which comes in as the energies of 16 bands of sound; write its name.",
    .answers = ANSWERS_SEQUENCE,
    .input = VALUES_REALS,
    .output = VALUES_SYMBOLS,
    .channels = BANDS,
    .symbols = "",
    .answer_symbols = "efghinorstuvwxz",
    .picture = {.kind = PICTURE_SPECTROGRAM, .low = -1, .high = 1},
    .parameters = PARAMETERS,
    .train_count = 1000,
    .validation_count = 200,
    .recipe = {.cell = "gru", .layers = 1, .hidden = 48, .steps = 1200, .batch = 32, .lr = 0.005, .clip_norm = 1},
    .walk = {.hidden = 16, .steps = 600},
    .measure = MEASURE_SEQUENCE_ACCURACY,
    .level = 0.95,
    .level_note = "whole names right; guessing has 0.1",
    .variant = variant,
    .generate = generate_spelt,
};
