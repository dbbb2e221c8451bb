using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Kiket.Infrastructure.Persistence;

/// <summary>The names of a table and its columns, for the few statements that EF Core cannot generate.</summary>
internal sealed class StoredTable
{
    private readonly ISqlGenerationHelper sql;
    private readonly StoreObjectIdentifier table;

    private StoredTable(KiketDbContext db, IEntityType type)
    {
        (sql, Type) = (db.GetService<ISqlGenerationHelper>(), type);
        table = StoreObjectIdentifier.Create(type, StoreObjectType.Table)!.Value;
    }

    public IEntityType Type { get; }

    public string Name => sql.DelimitIdentifier(table.Name, table.Schema);

    public static StoredTable Of<T>(KiketDbContext db)
        where T : class => new(db, db.Model.FindEntityType(typeof(T))!);

    public string Column(string property) => sql.DelimitIdentifier(Type.FindProperty(property)!.GetColumnName(table)!);
}
