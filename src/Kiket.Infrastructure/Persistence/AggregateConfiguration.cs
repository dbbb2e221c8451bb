using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Persistence;

internal static class AggregateConfiguration
{
    /// <summary>The configuration of all aggregates: two writers who read the same version cannot both save.</summary>
    public static void IsAggregate<T>(this EntityTypeBuilder<T> entity)
        where T : class, IAggregateRoot
    {
        const string id = nameof(AggregateRoot<>.Id);
        entity.HasKey(id);
        entity.Property(id).ValueGeneratedOnAdd(); // which by convention applies only to plain numbers
        entity.Ignore(e => e.DomainEvents);
        entity.Property(e => e.Version).IsConcurrencyToken();
    }

    /// <summary>
    /// A text with a maximum number of characters. SQL Server counts UTF-16 units, and a character has up to two.
    /// </summary>
    public static PropertyBuilder<T> HasMaxCharacters<T>(this PropertyBuilder<T> property, int most) =>
        property.HasMaxLength(2 * most);
}
