/* Tries: to have the assembler write 10000000000 instructions.
   Held: the report says that the compiler was stopped. */
__asm__(".rept 100000\n.rept 100000\nnop\n.endr\n.endr");

int main(void) {
    return 0;
}
