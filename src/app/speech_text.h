#pragma once
// Texts for what the network says: a text of the user's as symbols, and two sentences worth comparing.

#include "workbench.h"

// The symbols of a text into out (max). A token that is not in the vocabulary becomes <UNK>; *unknown counts them, the
// first stands in `which`. "<UNK>" itself is read as that symbol where the data have it. Returns how many there are;
// more than max: cut.
int speech_encode(const struct dataset *data, const char *text, int *out, int max, int *unknown, char which[64]);
// Whether the data have tokens that were too rare for the vocabulary, so that <UNK> means something to the network.
bool speech_has_unknown(const struct dataset *data);

// The example on the workbench and the most similar other one of the data, else the same with two neighbouring tokens
// exchanged; in a vocabulary that has the words, "the apple and pair salad" and "the apple and pear salad".
void speech_pair(const struct workbench *bench, char *one, char *other, size_t size);
