#pragma once
// The numbers that the cards of lessons are drawn from: records of small networks on the built-in names, and of a small
// encoder-decoder, made by the core in a fraction of a second.

#include "job.h"
#include "lesson_thumbs.h"

job_make gallery_numbers_make; // struct thumb_numbers, mem_free() it; the setup is not looked at
