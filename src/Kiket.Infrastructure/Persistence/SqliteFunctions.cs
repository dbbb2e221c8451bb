using System.Data.Common;
using Kiket.Domain.Audit;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Kiket.Infrastructure.Persistence;

/// <summary>Adds a hash function to Sqlite, which the other databases have.</summary>
internal sealed class SqliteFunctions : DbConnectionInterceptor
{
    /// <summary>The chain of an audit log after a record: of the chain before it and the record's content hash.</summary>
    public const string FollowChain = "follow_audit_chain";

    public override DbConnection ConnectionCreated(ConnectionCreatedEventData eventData, DbConnection result)
    {
        ((SqliteConnection)result).CreateFunction(
            FollowChain,
            (byte[] chain, byte[] contentHash) => AuditRecord.Follow(chain, contentHash),
            isDeterministic: true
        );
        return result;
    }
}
