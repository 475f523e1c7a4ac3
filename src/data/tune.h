#pragma once
// Notes in time, and sound made of them and of bands: what can be heard of an example, from the very numbers and
// symbols that the network reads. Nothing here plays or writes files.

#include "dataset.h"

struct tune_note {
    int start, length; // steps
    int pitch;         // MIDI
};
struct tune { // owns its notes, in the order of their starts
    struct tune_note *notes;
    int count, capacity;
    int steps;      // of all
    double seconds; // of a step
};
void tune_release(struct tune *tune);
// Symbols that are notes by name; "-" holds the note before. Others are silence. texts: of the symbols.
void tune_from_symbols(struct tune *tune, char *const *texts, const int *symbols, int n);
// Rows of a piano roll (T, channels), 1 where a pitch sounds: what goes on is one note.
void tune_from_roll(struct tune *tune, const double *values, int T, int channels, int lowest);

struct sound { // owns its samples, -1 .. 1
    float *samples;
    int count, rate; // samples a second
    double step;     // seconds of a timestep
};
void sound_release(struct sound *sound);
void sound_of_tune(struct sound *sound, const struct tune *tune); // plucked strings (Karplus and Strong 1983)
// Band energies made audible again: noise and the pulses of a voice through the bands (Dudley's vocoder). low and high:
// the numbers of silence and of the loudest. seconds: of a timestep.
void sound_of_bands(struct sound *sound, const double *values, int T, int bands, const struct picture_of_input *picture,
                    int rate, double seconds);
