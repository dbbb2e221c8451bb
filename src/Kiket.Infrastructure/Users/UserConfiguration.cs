using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Users;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.IsAggregate();
        builder.Property(u => u.Email).HasMaxLength(User.MaxEmailLength);
        builder.Property(u => u.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(u => u.Name).HasMaxCharacters(User.MaxNameLength);
        builder.Property(u => u.AvatarUrl).HasMaxLength(500);
        builder.HasIndex(u => new { u.OrganizationId, u.Email }).IsUnique();
        builder.HasIndex(u => new { u.OrganizationId, u.Role });
    }
}
