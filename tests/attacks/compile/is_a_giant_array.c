/* Tries: to have a program of 64 GiB, or of as much as the compiler can write.
   Held: the compiler fails or is stopped (files of 64 MiB); the disk is as it was. */
char giant[1L << 36] = {1};

int main(void) {
    return giant[1L << 35];
}
