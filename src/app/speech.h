#pragma once
// What the network on the workbench says beyond the record: a run of sampling that is drawn on while nothing else is to
// do, and the probability of two sentences. Made for the views that ask for it (views.h), when they are shown; made
// anew for another record. Borrows the workbench; interface thread.

#include "views.h"
#include "workbench.h"

struct speech {
    struct spoken said; // what the views read
    struct sampling *sampling;
    struct model *writer; // what it samples from: with the weights that are set by hand; owned
    bool begun;           // for the network that is open
    unsigned long record; // serial of the record that both belong to
    bool sampled, measured;
    char example[SPOKEN_TEXT];
    bool typed; // sentences of the user's own stay when the example changes
    long seed;
    struct draw_rule rule;
};

// Brings up to date what `speaks` (enum view_speech) asks for; the run goes on for at most so many seconds. True when
// the run is not at its end yet. seed: the first run's.
bool speech_look(struct speech *speech, const struct workbench *bench, long seed, unsigned speaks, double seconds);
void speech_sample(struct speech *speech, const struct workbench *bench, const struct ask *ask);   // ASK_SAMPLE
void speech_sentence(struct speech *speech, const struct workbench *bench, const struct ask *ask); // ASK_SENTENCE
void speech_forget(struct speech *speech); // before the workbench goes away; zero is a good start
