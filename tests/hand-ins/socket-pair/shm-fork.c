/* shm-fork: two processes talk through a segment. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Prints at once: nothing is left in a buffer for fork to copy. */
static void print(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    if (vdprintf(1, format, values) < 0)
        fail("write");
    va_end(values);
}

/* Marked at once, the segment goes with the last process, however that ends. */
static char *attach(int shmid)
{
    char *memory;

    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (shmctl(shmid, IPC_RMID, NULL) < 0)
        fail("shmctl");
    return memory;
}

static void pass_turn(int end)
{
    char turn = 0;

    if (write(end, &turn, 1) < 0)
        fail("write");
}

/* End of file: the other process has died, and the parent tells. */
static void wait_for_turn(int end)
{
    char turn;
    ssize_t length = read(end, &turn, 1);

    if (length < 0)
        fail("read");
    if (length == 0)
        exit(1);
}

int main(void)
{
    int shmid, ends[2], status, result = 0, i;
    char *memory;
    pid_t child_1, child_2;

    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    memory = attach(shmid);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        fail("socketpair");

    child_1 = fork();
    if (child_1 < 0)
        fail("fork");
    if (child_1 == 0) {
        close(ends[1]);
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        print("Process 1 : Written data to shared memory\n");
        pass_turn(ends[0]);
        wait_for_turn(ends[0]);
        print("Process 1 : Responce -> %s\n", memory);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    close(ends[0]);

    child_2 = fork();
    if (child_2 < 0) {
        perror("fork");
        result = 1;
    }
    if (child_2 == 0) {
        wait_for_turn(ends[1]);
        print("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        print("Process 2 : Responced to process 1 in shared memory\n");
        pass_turn(ends[1]);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    close(ends[1]);

    for (i = 0; i < (child_2 < 0 ? 1 : 2); i++) {
        if (wait(&status) < 0) {
            perror("wait");
            exit(1);
        }
        if (status != 0)
            result = 1;
    }
    if (shmdt(memory) < 0)
        fail("shmdt");
    return result;
}
