#pragma once
// Finds what the program ships: UNROLL_ASSETS when set, else beside the source tree it was built from, else beside the
// executable (../share/unroll), else the installed place.

#include "err.h"

enum { ASSET_PATH = 1024 };
// "dinosaurs.txt" -> its path in assets/; "lessons/03-forward-pass.md" -> in lessons/. False with ERR_IO and where it
// looked.
bool asset_find(const char *name, char out[ASSET_PATH], struct err *err);
// The folder of the lessons.
bool asset_lessons(char out[ASSET_PATH], struct err *err);
