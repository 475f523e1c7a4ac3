#pragma once
// What the network says beyond the record: a run of sampling, and two sentences with their probabilities. The app makes
// it (speech.h); sampling_view.c and sentence_view.c read it.

#include "likelihood.h"
#include "sampling.h"

enum { SPOKEN_TEXT = 256, SPOKEN_WORDS = 512, SPOKEN_SENTENCES = 2 };

struct spoken_sentence {
    char text[SPOKEN_TEXT];       // as it was asked for
    struct likelihood likelihood; // count 0: there is none,
    char problem[SPOKEN_WORDS];   // and this says why
    char remark[SPOKEN_WORDS];    // what was read as <UNK>; "" = nothing
};

struct spoken {
    char *const *symbols; // texts of what the network writes, borrowed
    int symbol_count;
    const char *unit;                // what a token is: "character", "word", "byte"
    bool ends;                       // texts end with <EOS>; one long text does not
    char no_sampling[SPOKEN_WORDS];  // why it cannot write; "" = it can
    char no_sentence[SPOKEN_WORDS];  // why no sentence has a probability; "" = it has
    const struct sampling *sampling; // NULL: none could be made
    unsigned run;                    // number of this one: another run, another number
    char prefix[SPOKEN_TEXT];        // what it starts with
    char problem[SPOKEN_WORDS];      // why what was asked for last was not done; "" = it was
    struct spoken_sentence sentences[SPOKEN_SENTENCES];
};
