#include "textflag.h"

// func returnAddress() uintptr
//
// BP is the frame of the caller, because this function makes none; the word above is where the
// caller returns to.
TEXT ·returnAddress(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ 8(BP), AX
	MOVQ AX, ret+0(FP)
	RET
