using Kiket.Domain.Common;

namespace Kiket.Application.Ports;

/// <summary>
/// The only way in which changes are committed: a transaction with the events that they cause and the followers' changes.
/// </summary>
internal interface IUnitOfWork
{
    /// <summary>Whether a unit of work is running.</summary>
    bool IsRunning { get; }

    /// <summary>
    /// Runs work in a transaction and commits its changes unless it returns an error or throws. When another writer was faster,
    /// it runs again on fresh data. Inside other work it is a part that succeeds or fails on its own.
    /// </summary>
    /// <param name="action">
    /// The audit log's name of the action, such as <c>create_issue</c>; inside other work, the outer name is used.
    /// </param>
    Task<Result<T>> RunAsync<T>(string action, Func<Task<Result<T>>> work, CancellationToken ct);

    /// <summary>Runs work in the same way and rolls it back, so that a dry run cannot differ from the real one.</summary>
    Task<Result<T>> RehearseAsync<T>(string action, Func<Task<Result<T>>> work, CancellationToken ct);

    /// <summary>Writes the changes so far, for work that needs a generated id or reads its own changes.</summary>
    Task FlushAsync(CancellationToken ct);

    /// <summary>Writes the changes so far and stops tracking all loaded entities, for work on any number of rows.</summary>
    Task FlushBatchAsync(CancellationToken ct);

    /// <summary>Records an action in the audit log that is not the change of a row, such as an export.</summary>
    /// <param name="type">The subject of the action, such as <c>audit_log</c>.</param>
    /// <param name="change">What was done, such as <c>exported</c>.</param>
    void Audit(string type, string change);

    /// <summary>Records an action in the audit log that concerns a row but does not change it.</summary>
    /// <param name="row">A row of a kind that the audit log names.</param>
    /// <param name="change">What was done, such as <c>signed_in</c>.</param>
    void Audit(IAggregateRoot row, string change);

    /// <summary>
    /// Records that personal data was erased from records of the audit log. Without this, the verification of the log fails.
    /// </summary>
    /// <param name="records">Their places in the log, in ascending order.</param>
    void AuditErasure(IReadOnlyList<long> records);

    /// <summary>
    /// Registers changes to make in a separate transaction if the running work returns an error. All other changes of the work
    /// are rolled back.
    /// </summary>
    void KeepOnRefusal(Func<Task> change);
}
