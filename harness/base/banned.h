/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions that invite overflow, ambiguity or hidden shells are compile errors. The Makefile
 * includes this header ahead of every file, so nobody can forget it; system headers come first
 * because poisoned names may not appear after this point, not even in their declarations.
 */
#ifndef NN_BASE_BANNED_H
#define NN_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NN_BANNED(name, instead) nn_banned_##name##_use_##instead

#undef strcpy
#define strcpy(...) NN_BANNED(strcpy, nn_strbuf)
#undef strcat
#define strcat(...) NN_BANNED(strcat, nn_strbuf)
#undef strncpy
#define strncpy(...) NN_BANNED(strncpy, nn_strbuf)
#undef strncat
#define strncat(...) NN_BANNED(strncat, nn_strbuf)
#undef sprintf
#define sprintf(...) NN_BANNED(sprintf, nn_strbuf_addf)
#undef vsprintf
#define vsprintf(...) NN_BANNED(vsprintf, nn_strbuf_vaddf)
#undef strtok
#define strtok(...) NN_BANNED(strtok, strchr)
#undef atoi
#define atoi(...) NN_BANNED(atoi, nn_parse_u64)
#undef atol
#define atol(...) NN_BANNED(atol, nn_parse_u64)
#undef strtol
#define strtol(...) NN_BANNED(strtol, nn_parse_u64)
#undef gets
#define gets(...) NN_BANNED(gets, getline)
#undef system
#define system(...) NN_BANNED(system, nn_subprocess_run)
#undef popen
#define popen(...) NN_BANNED(popen, nn_subprocess_run)
#undef localtime
#define localtime(...) NN_BANNED(localtime, gmtime_r)
#undef ctime
#define ctime(...) NN_BANNED(ctime, strftime)

#endif
