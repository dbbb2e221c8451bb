using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Tells PostgreSQL whose rows a statement may see and write: those of the organization that has signed in, or all of them before
/// a sign-in, in the server's own work, and where a query says so (<see cref="KiketDbContext.AcrossTenants"/>).
/// <see cref="RowPolicies"/> do the rest. The setting ends with its transaction, or with its statement if there is none, so it
/// never stays in a pooled connection; a statement without the setting sees no rows.
/// </summary>
internal sealed class RowLevelSecurity : DbCommandInterceptor, IDbTransactionInterceptor
{
    /// <summary>The setting of PostgreSQL that the policies read.</summary>
    public const string Setting = "kiket.organization";

    /// <summary>Its value for the rows of all organizations.</summary>
    public const string All = "*";

    /// <summary>The comment that marks a query over all organizations.</summary>
    public const string AcrossTenantsTag = "across tenants";

    private const string Parameter = "kiket_organization";
    private const string SetConfig = $"SELECT set_config('{Setting}', @{Parameter}, true)";

    /// <summary>The organization that is set in each current transaction.</summary>
    private readonly ConditionalWeakTable<DbContext, AppliedSetting> applied = [];

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        await ApplyAsync(command, eventData, cancellationToken);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        await ApplyAsync(command, eventData, cancellationToken);
        return result;
    }

    /// <summary>Skips the result of the setting.</summary>
    public override async ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command,
        CommandExecutedEventData eventData,
        DbDataReader result,
        CancellationToken cancellationToken = default
    )
    {
        if (!command.CommandText.StartsWith(SetConfig, StringComparison.Ordinal))
            return result;
        try
        {
            await result.NextResultAsync(cancellationToken);
            return result;
        }
        catch
        {
            await result.DisposeAsync(); // the statement failed, and nobody else has the reader yet
            throw;
        }
    }

    /// <summary>The database also rolls back the setting to the savepoint.</summary>
    public Task RolledBackToSavepointAsync(
        DbTransaction transaction,
        TransactionEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        applied.Remove(eventData.Context!);
        return Task.CompletedTask;
    }

    private async Task ApplyAsync(DbCommand command, CommandEventData data, CancellationToken ct)
    {
        var db = (KiketDbContext)data.Context!;
        var organization = command.CommandText.StartsWith($"-- {AcrossTenantsTag}", StringComparison.Ordinal)
            ? All
            : db.VisibleOrganization;
        var transaction = db.Database.CurrentTransaction?.TransactionId;
        var setting = new AppliedSetting(transaction, organization);
        if (transaction is not null && applied.TryGetValue(db, out var before) && before == setting)
            return;

        if (data.CommandSource is CommandSource.SaveChanges or CommandSource.Migrations)
        {
            // EF Core counts the statements of a save, and a migration without a transaction may have one statement only.
            if (transaction is null)
                return;
            await using var statement = command.Connection!.CreateCommand();
            (statement.CommandText, statement.Transaction) = (SetConfig, command.Transaction);
            AddParameter(statement, organization);
            await statement.ExecuteNonQueryAsync(ct);
        }
        else
        {
            command.CommandText = $"{SetConfig};\n{command.CommandText}"; // one round trip
            AddParameter(command, organization);
        }

        applied.AddOrUpdate(db, setting);
    }

    private static void AddParameter(DbCommand command, string organization)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (Parameter, organization);
        command.Parameters.Add(parameter);
    }

    private sealed record AppliedSetting(Guid? Transaction, string Organization);
}
