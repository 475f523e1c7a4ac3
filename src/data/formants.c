#include "formants.h"

#include <math.h>
#include <string.h>

const char *const speech_words[SPEECH_DIGITS + 1] = {"zero", "one",   "two",   "three", "four", "five",
                                                     "six",  "seven", "eight", "nine",  NULL};

// A sound: its formants in Hz, how loud voice and breath are, and where the noise of the breath lies.
struct sound {
    char name;
    float formants[3];
    float voice, breath;
    float noise_at, noise_width;
};
// Formants of vowels after Peterson and Barney 1952 (men). Two letters of a diphthong are two sounds.
static const struct sound sounds[] = {
    {'_', {500, 1500, 2500}, 0, 0, 3000, 3000},         // nothing: before a plosive
    {'I', {390, 1990, 2550}, 1, 0, 0, 0},               // six
    {'i', {270, 2290, 3010}, 1, 0, 0, 0},               // three
    {'e', {530, 1840, 2480}, 1, 0, 0, 0},               // seven, eight
    {'a', {730, 1090, 2440}, 1, 0, 0, 0},               // five, nine
    {'A', {640, 1190, 2390}, 1, 0, 0, 0},               // one
    {'@', {500, 1400, 2400}, 0.7f, 0, 0, 0},            // seven, the second vowel
    {'o', {570, 840, 2410}, 1, 0, 0, 0},                // four, zero
    {'u', {300, 870, 2240}, 1, 0, 0, 0},                // two, zero at its end
    {'r', {330, 1060, 1500}, 0.7f, 0, 0, 0},            //
    {'w', {290, 610, 2150}, 0.6f, 0, 0, 0},             //
    {'n', {280, 1700, 2600}, 0.35f, 0, 0, 0},           //
    {'v', {250, 1100, 2100}, 0.3f, 0.05f, 4000, 5000},  //
    {'z', {250, 1700, 2600}, 0.25f, 0.35f, 5600, 2000}, //
    {'s', {320, 1700, 2600}, 0, 0.6f, 5800, 2000},      //
    {'f', {340, 1100, 2100}, 0, 0.12f, 4000, 6000},     //
    {'T', {320, 1300, 2600}, 0, 0.1f, 6000, 3000},      // three
    {'t', {400, 1800, 2600}, 0, 0.5f, 4200, 2500},      // the burst
    {'k', {350, 1900, 2400}, 0, 0.5f, 2100, 900},       // the burst
};
enum { SOUNDS = sizeof sounds / sizeof *sounds, SEGMENTS = 6 };

// The digits: sounds, and how long each is, in ms.
static const struct {
    const char *sounds;
    short ms[SEGMENTS];
} digits[SPEECH_DIGITS] = {
    {"zIrou", {90, 80, 70, 110, 100}},
    {"wAn", {90, 170, 140}},
    {"_tu", {40, 60, 280}},
    {"Tri", {110, 80, 240}},
    {"for", {110, 200, 120}},
    {"faiv", {110, 150, 110, 90}},
    {"sI_ks", {120, 90, 50, 35, 130}},
    {"sev@n", {110, 100, 60, 80, 110}},
    {"ei_t", {130, 140, 60, 70}},
    {"nain", {90, 150, 110, 110}},
};

static const struct sound *sound_of(char name) {
    int k = 0;
    while (k + 1 < SOUNDS && sounds[k].name != name)
        k++;
    return &sounds[k];
}

// A digital resonator: y = a x + b y1 + c y2, with gain 1 at 0 Hz.
struct resonator {
    double a, b, c, y1, y2;
};

static void tune(struct resonator *r, double frequency, double width) {
    r->c = -exp(-2 * M_PI * width / SPEECH_RATE);
    r->b = 2 * exp(-M_PI * width / SPEECH_RATE) * cos(2 * M_PI * frequency / SPEECH_RATE);
    r->a = 1 - r->b - r->c;
}

static double resonate(struct resonator *r, double x) {
    double y = r->a * x + r->b * r->y1 + r->c * r->y2;
    r->y2 = r->y1;
    return r->y1 = y;
}

// How much of a neighbour is heard at place u (0..1) of a sound, whose edges take `edge` of it: half at its border.
static double neighbour(double u, double edge) {
    return u < edge ? 0.5 - 0.5 * u / edge : u > 1 - edge ? 0.5 - 0.5 * (1 - u) / edge : 0;
}

static float mix(float own, float other, double k) {
    return (float)(own + (other - own) * k);
}

// The sound at place u of sound k of a word: formants move slowly, loudness quickly.
static struct sound sound_at(const char *word, int k, double u) {
    struct sound now = *sound_of(word[k]);
    int other = u < 0.5 ? k - 1 : k + 1;
    bool edge = other < 0 || !word[other];
    const struct sound *next = sound_of(edge ? '_' : word[other]);
    double slow = edge ? 0 : neighbour(u, 0.4), quick = neighbour(u, 0.12);
    for (int f = 0; f < 3; f++)
        now.formants[f] = mix(now.formants[f], next->formants[f], slow);
    now.voice = mix(now.voice, next->voice, quick);
    now.breath = mix(now.breath, next->breath, quick);
    return now;
}

struct speaker speaker_draw(struct rng *rng, double noise) {
    double small = rng_uniform(rng); // a small person: high pitch, short tract
    return (struct speaker){.pitch = (95 + 135 * small) * (0.9 + 0.2 * rng_uniform(rng)),
                            .tract = (0.93 + 0.22 * small) * (0.96 + 0.08 * rng_uniform(rng)),
                            .speed = 0.85 + 0.4 * rng_uniform(rng),
                            .noise = noise,
                            .before = (int)rng_below(rng, SPEECH_RATE / 20),
                            .after = (int)rng_below(rng, SPEECH_RATE / 20)};
}

struct voice {
    const struct speaker *who;
    struct rng *rng;
    struct resonator formants[4], breath;
    double phase, pulse;
};

static double voice_sample(struct voice *v, const struct sound *now, double pitch) {
    v->phase += pitch / SPEECH_RATE;
    double push = v->phase >= 1 ? 1 : 0;
    if (push > 0) v->phase -= 1;
    v->pulse = v->pulse * 0.94 + push; // the source falls by 6 dB an octave
    double y = now->voice * v->pulse;
    for (int f = 0; f < 4; f++)
        y = resonate(&v->formants[f], y);
    if (now->breath > 0) y += 0.25 * now->breath * resonate(&v->breath, rng_normal(v->rng));
    return y;
}

static void tune_voice(struct voice *v, const struct sound *now) {
    static const double widths[] = {60, 90, 140, 200};
    for (int f = 0; f < 4; f++)
        tune(&v->formants[f], (f < 3 ? now->formants[f] : 3600) * v->who->tract, widths[f]);
    if (now->noise_at <= 0) return;
    tune(&v->breath, now->noise_at, now->noise_width);
    v->breath.a = (1 + v->breath.c) * 0.7; // as loud wherever it lies
}

// The sound of one part of the word, from sample `at`; returns where it ends.
static int say_part(struct voice *v, const char *word, int k, int ms, int at, int room, float *out) {
    enum { BLOCK = 80 };
    int n = (int)(ms * SPEECH_RATE / 1000 / v->who->speed);
    if (n > room - at) n = room - at;
    struct sound now = {0};
    for (int i = 0; i < n; i++) {
        if (i % BLOCK == 0) {
            now = sound_at(word, k, ((double)i + 0.5) / n);
            tune_voice(v, &now);
        }
        double fallen = 1 - 0.25 * at / SPEECH_RATE; // pitch falls to the end
        out[at + i] = (float)voice_sample(v, &now, v->who->pitch * fallen);
    }
    return at + n;
}

int speech_say(int digit, const struct speaker *who, struct rng *rng, float *out) {
    struct voice voice = {.who = who, .rng = rng};
    const char *word = digits[digit].sounds;
    int at = who->before;
    memset(out, 0, (size_t)at * sizeof *out);
    for (int k = 0; word[k]; k++)
        at = say_part(&voice, word, k, digits[digit].ms[k], at, SPEECH_MAX - who->after, out);
    memset(out + at, 0, (size_t)who->after * sizeof *out);
    at += who->after;
    double largest = 1e-9, room = pow(10, -who->noise / 20);
    for (int i = 0; i < at; i++)
        largest = fmax(largest, fabs(out[i]));
    for (int i = 0; i < at; i++)
        out[i] = (float)fmax(-1, fmin(1, 0.9 * out[i] / largest + 0.2 * room * rng_normal(rng)));
    return at;
}
