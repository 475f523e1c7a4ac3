#pragma once
// The example on the workbench made audible: sound from band energies, notes of melodies and piano rolls, from the very
// numbers that the network reads. Interface thread only.

#include "sound.h"
#include "tune.h"
#include "workbench.h"

struct hearing { // zero: silent
    struct sound_output *output;
    double step;          // seconds of a timestep
    int steps;            // timesteps
    unsigned long serial; // of the record that is heard
};
void hearing_release(struct hearing *hearing);

bool hearing_can(const struct workbench *bench); // is there something to hear?
// The sound of the example; fails (ERR_VALUE) where there is none.
bool hearing_sound(const struct workbench *bench, struct sound *sound, struct err *err);
// Plays it from the start, or stops it.
bool hearing_toggle(struct hearing *hearing, const struct workbench *bench, struct err *err);
// The timestep that is heard, -1 while nothing sounds. Another record than the one that is heard stops it.
int hearing_timestep(struct hearing *hearing, const struct workbench *bench);
