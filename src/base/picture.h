#pragma once
// How an input is drawn for a person: chosen by the data, drawn by the views, which know nothing of data. The numbers
// and symbols are the network's own; a picture only says what they stand for.

enum picture_kind {
    PICTURE_NONE,
    PICTURE_SPECTROGRAM, // channels are bands of sound, from low to high: `low` is silence, `high` the loudest
    PICTURE_PIANO_ROLL,  // channels are pitches from `lowest` on, 1 where one sounds; or symbols are notes, by name
    PICTURE_FIGURE,      // channels are the joints of a person, as below
    PICTURE_ENTITIES,    // symbols are words, the answers their tags: "O", "B-person", "I-person"
    PICTURE_DNA,         // symbols are bases: A, C, G, T or U
    PICTURE_COUNT
};
struct picture_of_input {
    enum picture_kind kind;
    int lowest;      // MIDI pitch
    float low, high; // of a spectrogram
    int frame;       // of DNA: the timestep at which its first codon begins, from 0; below 0: it has none
};

// A figure from its left side, walking to the right. Angles are radians. Lean: of the trunk from upright, forward above
// 0. Shoulders and hips: of the limb from the line of the trunk, forward above 0; elbows: bent forward; knees: bent
// back. Height: of the hips, where standing is 1.
enum figure_joint {
    FIGURE_LEAN,
    FIGURE_SHOULDER_LEFT,
    FIGURE_ELBOW_LEFT,
    FIGURE_SHOULDER_RIGHT,
    FIGURE_ELBOW_RIGHT,
    FIGURE_HIP_LEFT,
    FIGURE_KNEE_LEFT,
    FIGURE_HIP_RIGHT,
    FIGURE_KNEE_RIGHT,
    FIGURE_HEIGHT,
    FIGURE_JOINTS
};

// Notes by name, "C4" (MIDI 60), "Eb5". -1: no note.
int picture_pitch(const char *name);
