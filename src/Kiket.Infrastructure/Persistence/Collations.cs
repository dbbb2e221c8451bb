using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Makes every database compare and sort texts byte by byte, whatever its locale. Matching that people expect (case, accents)
/// uses stored keys, see <see cref="Domain.Common.SearchText"/> and decision record 0042.
/// </summary>
internal static class Collations
{
    public static void Apply(ModelBuilder modelBuilder, string provider)
    {
        var bytes = provider switch
        {
            "Microsoft.EntityFrameworkCore.SqlServer" => "Latin1_General_100_BIN2",
            "Npgsql.EntityFrameworkCore.PostgreSQL" => "C",
            _ => null, // Sqlite's default
        };
        if (bytes is null)
            return;

        // SQL Server uses the collation of the database for texts from JSON, such as labels.
        if (provider == "Microsoft.EntityFrameworkCore.SqlServer")
            modelBuilder.UseCollation(bytes);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()).Where(IsText))
            property.SetCollation(bytes);
    }

    private static bool IsText(IMutableProperty property) =>
        property.GetColumnType() is not ("jsonb" or "json")
        && (property.GetValueConverter()?.ProviderClrType ?? property.ClrType) == typeof(string);
}
