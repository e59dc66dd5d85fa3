package dev.carnet.daemon.api;

import dev.carnet.daemon.catalogue.JobView;
import dev.carnet.daemon.catalogue.Jobs;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transfer.Sealing;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.proto.wire.v1.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Jobs that run until they are cancelled, but for exports, which are done at once. One is there from the beginning; a path or name in capitals is refused with that code. */
final class FakeJobs implements Jobs {
    static final String ID = "000000000000000000000000000000aa";

    private final List<JobView> jobs = new ArrayList<>(List.of(job(ID, "verify", "m", "n", "local", JobView.RUNNING)));

    private static JobView job(String id, String kind, String volume, String name, String principal, String state) {
        return new JobView(
                id,
                kind,
                volume,
                name,
                principal,
                state,
                FakeTransfers.THEN,
                null,
                null,
                1,
                2,
                3L,
                null,
                null,
                null,
                null,
                null);
    }

    private JobView add(String kind, String volume, String name, String principal) {
        return add(kind, volume, name, principal, JobView.RUNNING);
    }

    private synchronized JobView add(String kind, String volume, String name, String principal, String state) {
        String word = name.replaceAll(".*/", "");
        if (word.matches("[A-Z_]+")) {
            throw new TransferException(Code.valueOf(word), "no: " + word);
        }
        JobView job = job(String.format("%032x", 0xb0 + jobs.size()), kind, volume, name, principal, state);
        jobs.addFirst(job);
        return job;
    }

    @Override
    public JobView start(Sealing.Act act, String principal, Caller caller, String path) {
        return add(act.word(), "m", path.substring(1), principal);
    }

    @Override
    public JobView verify(String principal, String volume, String name) {
        return add("verify", volume, name, principal);
    }

    @Override
    public JobView export(String principal, String volume, String name) {
        return add("export", volume, name, principal, JobView.DONE);
    }

    @Override
    public JobView release(String principal, String volume, String name, String reason) {
        return add("release", volume, name, principal);
    }

    @Override
    public JobView destroy(String principal, String volume, String name) {
        return add("destroy", volume, name, principal);
    }

    @Override
    public synchronized List<JobView> list() {
        return List.copyOf(jobs);
    }

    @Override
    public synchronized Optional<JobView> find(String id) {
        return jobs.stream().filter(job -> job.id().equals(id)).findFirst();
    }

    @Override
    public synchronized Optional<JobView> cancel(String id) {
        jobs.replaceAll(
                j -> j.id().equals(id) ? job(id, j.kind(), j.volume(), j.name(), j.principal(), JobView.CANCELLED) : j);
        return find(id);
    }

    @Override
    public void close() {}
}
